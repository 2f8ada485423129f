/*
 * The model room is data; the one thing asked of declarations everywhere is whether an annotation
 * is there. Order is kept, so the first of several is the one that stands first in the source.
 */
#include "model/declaration.h"

const calx_annotation *calx_annotation_find(const calx_annotation *annotations,
                                            calx_annotation_kind kind)
{
    while (annotations != NULL && annotations->kind != kind)
        annotations = annotations->next;
    return annotations;
}
