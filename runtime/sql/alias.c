/*
 * Handles of aliases. A handle of another entity than the alias keeps its own
 * entity with the alias's number, which no query joins: so its mistake comes up
 * with its name.
 */
#include <calx/column.h>

calx_alias calx_alias_of(const calx_mapper *mapper, uint16_t number)
{
    return (calx_alias){ mapper, number };
}

calx_column_ref calx_ref_as_(calx_column_ref ref, calx_alias alias)
{
    ref.alias = ref.mapper == alias.mapper ? alias.number : UINT16_MAX;
    return ref;
}

calx_bool_column calx_bool_as_(calx_bool_column column, calx_alias alias)
{
    return (calx_bool_column){ calx_ref_as_(column.ref, alias) };
}

calx_int64_column calx_int64_as_(calx_int64_column column, calx_alias alias)
{
    return (calx_int64_column){ calx_ref_as_(column.ref, alias) };
}

calx_uint64_column calx_uint64_as_(calx_uint64_column column, calx_alias alias)
{
    return (calx_uint64_column){ calx_ref_as_(column.ref, alias) };
}

calx_double_column calx_double_as_(calx_double_column column, calx_alias alias)
{
    return (calx_double_column){ calx_ref_as_(column.ref, alias) };
}

calx_text_column calx_text_as_(calx_text_column column, calx_alias alias)
{
    return (calx_text_column){ calx_ref_as_(column.ref, alias) };
}

calx_bytes_column calx_bytes_as_(calx_bytes_column column, calx_alias alias)
{
    return (calx_bytes_column){ calx_ref_as_(column.ref, alias) };
}

calx_timestamp_column calx_timestamp_as_(calx_timestamp_column column, calx_alias alias)
{
    return (calx_timestamp_column){ calx_ref_as_(column.ref, alias) };
}
