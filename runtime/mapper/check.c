/*
 * Checks of a mapper where it comes in. Generated code is checked by its generator; what can still
 * go wrong is code of another version, or a table written by hand. The ABI number is looked at
 * first, since with another one nothing else may be read.
 */
#include "mapper/check.h"

#include "base/error.h"
#include "mapper/column.h"

#include <stddef.h>

static bool has_name(const char *name)
{
    return name != NULL && name[0] != '\0';
}

/* The size a type has in memory; 0: any. */
static size_t fixed_size(calx_type type)
{
    switch (type) {
    case CALX_TYPE_BOOL:
        return sizeof(bool);
    case CALX_TYPE_INT8:
    case CALX_TYPE_UINT8:
        return 1;
    case CALX_TYPE_INT16:
    case CALX_TYPE_UINT16:
        return 2;
    case CALX_TYPE_INT32:
    case CALX_TYPE_UINT32:
        return 4;
    case CALX_TYPE_INT64:
    case CALX_TYPE_UINT64:
    case CALX_TYPE_TIMESTAMP:
        return 8;
    case CALX_TYPE_FLOAT:
        return sizeof(float);
    case CALX_TYPE_DOUBLE:
        return sizeof(double);
    case CALX_TYPE_TEXT:
        return sizeof(const char *);
    case CALX_TYPE_BYTES:
        return sizeof(calx_bytes);
    case CALX_TYPE_CHAR_ARRAY:
        break;
    }
    return 0;
}

/* What is wrong with the column; NULL: nothing. */
static const char *column_fault(const calx_mapper *mapper, const calx_column *column)
{
    if (!has_name(column->name) || column->member == NULL)
        return "has no name";
    if (calx_column_value_type(column) == CALX_VALUE_NULL)
        return "has an unknown type";
    if (column->size == 0 ||
        (fixed_size(column->type) != 0 && column->size != fixed_size(column->type)))
        return "has a size that is not its type's";
    if (column->size > mapper->instance_size ||
        column->offset > mapper->instance_size - column->size)
        return "lies outside the struct";
    if ((column->flags & CALX_COLUMN_NULL_FLAG) && column->null_offset >= mapper->instance_size)
        return "has its null flag outside the struct";
    return NULL;
}

static const char *key_fault(const calx_mapper *mapper)
{
    if (mapper->key_count == 0 || mapper->key == NULL)
        return "has no primary key";
    for (size_t i = 0; i < mapper->key_count; i++) {
        if (mapper->key[i] >= mapper->column_count)
            return "has a key column that does not exist";
    }
    return NULL;
}

static const char *foreign_key_fault(const calx_mapper *mapper, const calx_foreign_key *key)
{
    if (key->target == NULL || key->columns == NULL || key->target_columns == NULL ||
        key->column_count == 0)
        return "has a foreign key without target or columns";
    for (size_t i = 0; i < key->column_count; i++) {
        if (key->columns[i] >= mapper->column_count ||
            key->target_columns[i] >= key->target->column_count)
            return "has a foreign key over a column that does not exist";
    }
    return NULL;
}

static const char *index_fault(const calx_mapper *mapper, const calx_index *index)
{
    if (!has_name(index->name) || index->columns == NULL || index->column_count == 0)
        return "has an index without name or columns";
    for (size_t i = 0; i < index->column_count; i++) {
        if (index->columns[i] >= mapper->column_count)
            return "has an index over a column that does not exist";
    }
    return NULL;
}

/* Whose rows have the relationship's foreign key. */
static const calx_mapper *carrier(const calx_mapper *mapper, const calx_relationship *relationship)
{
    if (relationship->kind == CALX_RELATIONSHIP_MANY_TO_MANY)
        return relationship->association;
    return relationship->kind == CALX_RELATIONSHIP_ONE ? mapper : relationship->target;
}

static bool is_among(const calx_foreign_key *key, uint16_t column)
{
    for (size_t i = 0; i < key->column_count; i++)
        if (key->columns[i] == column)
            return true;
    return false;
}

/* Rows of an association are known by the two they lead to. */
static const char *association_fault(const calx_mapper *mapper,
                                     const calx_relationship *relationship)
{
    const calx_mapper *association = relationship->association;
    if (relationship->target_key == relationship->foreign_key)
        return "has a many-to-many without a way to its target";
    const calx_foreign_key *near = &association->foreign_keys[relationship->foreign_key];
    const calx_foreign_key *far = &association->foreign_keys[relationship->target_key];
    if (near->target != mapper || far->target != relationship->target)
        return "has a many-to-many whose association leads elsewhere";
    if ((relationship->flags & CALX_RELATIONSHIP_VIEW_ONLY) != 0)
        return NULL; /* it may be the table of an entity, which is only read here */
    if (association->key_count != association->column_count)
        return "has a many-to-many whose association has a column outside of its key";
    for (uint16_t i = 0; i < association->column_count; i++)
        if (!is_among(near, i) && !is_among(far, i))
            return "has a many-to-many whose association has a column that leads nowhere";
    return NULL;
}

static bool is_order_sound(const calx_relationship *relationship)
{
    if (relationship->order_count > 0 && relationship->order == NULL)
        return false;
    for (size_t i = 0; i < relationship->order_count; i++)
        if (relationship->order[i].column >= relationship->target->column_count)
            return false;
    return true;
}

static const char *relationship_fault(const calx_mapper *mapper,
                                      const calx_relationship *relationship)
{
    const calx_mapper *target = relationship->target;
    if (target == NULL || relationship->member == NULL)
        return "has a relationship without name or target";
    const calx_mapper *owner = carrier(mapper, relationship);
    if (owner == NULL)
        return "has a many-to-many relationship without an association";
    if (relationship->foreign_key >= owner->foreign_key_count ||
        (owner == relationship->association &&
         relationship->target_key >= owner->foreign_key_count))
        return "has a relationship over a foreign key that does not exist";
    const char *fault =
        owner == relationship->association ? association_fault(mapper, relationship) : NULL;
    if (fault != NULL)
        return fault;
    if (relationship->inverse != CALX_NO_INVERSE &&
        relationship->inverse >= target->relationship_count)
        return "has a relationship whose inverse does not exist";
    if (!is_order_sound(relationship))
        return "has a relationship ordered by a column that does not exist";
    if (relationship->offset >= mapper->instance_size)
        return "has a relationship outside the struct";
    if (relationship->loading > CALX_LOADING_NOLOAD)
        return "has a relationship that is loaded in an unknown way";
    return NULL;
}

static const char *parts_fault(const calx_mapper *mapper)
{
    const char *fault = key_fault(mapper);
    for (size_t i = 0; fault == NULL && i < mapper->foreign_key_count; i++)
        fault = foreign_key_fault(mapper, &mapper->foreign_keys[i]);
    for (size_t i = 0; fault == NULL && i < mapper->index_count; i++)
        fault = index_fault(mapper, &mapper->indexes[i]);
    for (size_t i = 0; fault == NULL && i < mapper->relationship_count; i++)
        fault = relationship_fault(mapper, &mapper->relationships[i]);
    return fault;
}

static calx_status check_columns(const calx_mapper *mapper, calx_error *error)
{
    if (mapper->column_count == 0 || mapper->columns == NULL)
        return calx_error_set(error, CALX_E_ARGUMENT, "mapper %s has no columns", mapper->name);
    for (size_t i = 0; i < mapper->column_count; i++) {
        const calx_column *column = &mapper->columns[i];
        const char *fault = column_fault(mapper, column);
        if (fault != NULL)
            return calx_error_set(error, CALX_E_ARGUMENT, "column %zu (%s) of mapper %s %s", i,
                                  has_name(column->name) ? column->name : "?", mapper->name, fault);
    }
    return CALX_OK;
}

static calx_status wrong_abi(const char *what, unsigned abi, calx_error *error)
{
    return calx_error_set(error, CALX_E_ARGUMENT,
                          "the generated code of %s is for mapper version %u, this libcalx has "
                          "version %d: run calx-gen again and compile its output anew",
                          what, abi, CALX_MAPPER_ABI);
}

calx_status calx_mapper_check(const calx_mapper *mapper, calx_error *error)
{
    if (mapper == NULL)
        return calx_error_set(error, CALX_E_ARGUMENT, "the mapper is NULL");
    if (mapper->abi != CALX_MAPPER_ABI)
        return wrong_abi("a mapper", mapper->abi, error);
    if (!has_name(mapper->name) || !has_name(mapper->table))
        return calx_error_set(error, CALX_E_ARGUMENT, "a mapper has no name or no table");
    if (mapper->instance_size == 0 || mapper->instance_alignment == 0 ||
        mapper->instance_alignment > 16)
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "mapper %s: a struct of %u bytes aligned to %u cannot be an instance",
                              mapper->name, (unsigned)mapper->instance_size,
                              (unsigned)mapper->instance_alignment);
    calx_status status = check_columns(mapper, error);
    if (status != CALX_OK)
        return status;
    const char *fault = parts_fault(mapper);
    if (fault != NULL)
        return calx_error_set(error, CALX_E_ARGUMENT, "mapper %s %s", mapper->name, fault);
    return CALX_OK;
}

calx_status calx_metadata_check(const calx_metadata *metadata, calx_error *error)
{
    if (metadata == NULL)
        return calx_error_set(error, CALX_E_ARGUMENT, "the metadata is NULL");
    if (metadata->abi != CALX_MAPPER_ABI)
        return wrong_abi("a model", metadata->abi, error);
    for (size_t i = 0; i < metadata->mapper_count; i++) {
        calx_status status = calx_mapper_check(metadata->mappers[i], error);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}
