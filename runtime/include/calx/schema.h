/**
 * @file schema.h
 * Making and removing the tables of a model.
 *
 * Each call works in one transaction on a connection of its own. What is there already is left
 * alone: an existing table is not compared or changed. Thread rule: any thread.
 */
#ifndef CALX_SCHEMA_H
#define CALX_SCHEMA_H

#include <calx/engine.h>
#include <calx/error.h>
#include <calx/mapper.h>

CALX_BEGIN_DECLS

/**
 * Creates the tables and indexes that are not there yet. Tables of other models that this one
 * refers to are not made: create those first.
 * @param out_error or NULL; its statement is the one that failed
 * @return CALX_OK; CALX_E_ARGUMENT the metadata was generated for another version of Calx;
 *         CALX_E_LIMIT a name is too long for the database; what connecting and executing may
 *         give. Nothing was created then.
 */
CALX_API calx_status calx_schema_create_all(calx_engine *engine, const calx_metadata *metadata,
                                            calx_error *out_error);

/**
 * Drops the tables of this model that are there, with all their rows and indexes; those that refer
 * to others go first.
 * @param out_error or NULL
 * @return as calx_schema_create_all(). Nothing was dropped then.
 */
CALX_API calx_status calx_schema_drop_all(calx_engine *engine, const calx_metadata *metadata,
                                          calx_error *out_error);

CALX_END_DECLS

#endif
