/*
 * The table of rules. Errors are CALX-E and three digits, warnings CALX-W; the tens group what
 * they are about: annotations, members, names, references, relationships, generated names,
 * functions, how relationships are written and columns loaded, result structs.
 */
#include "check/codes.h"

const calx_rule_facts calx_rules[CALX_RULE_COUNT] = {
    { CALX_RULE_COMPILER, CALX_ERROR, NULL, "The compiler accepts the headers." },
    { CALX_RULE_UNREADABLE, CALX_ERROR, "CALX-E001", "A named header can be read." },
    { CALX_RULE_NO_COMPILER_HEADERS, CALX_ERROR, "CALX-E002",
      "The headers of libclang's compiler are installed." },
    { CALX_RULE_NO_ENTITY, CALX_ERROR, "CALX-E003",
      "The named headers define at least one entity." },

    { CALX_RULE_UNKNOWN_ANNOTATION, CALX_ERROR, "CALX-E010",
      "An annotation is one of calx/annotate.h." },
    { CALX_RULE_MISPLACED_ANNOTATION, CALX_ERROR, "CALX-E011",
      "An annotation stands where it has a meaning." },
    { CALX_RULE_REPEATED_ANNOTATION, CALX_ERROR, "CALX-E012",
      "An annotation is given once; only indexes may be several." },
    { CALX_RULE_MALFORMED_ANNOTATION, CALX_ERROR, "CALX-E013",
      "What stands in an annotation's parentheses has its form." },
    { CALX_RULE_CONTRADICTION, CALX_ERROR, "CALX-E014",
      "The annotations of a member go together." },
    { CALX_RULE_NOT_A_CONSTANT, CALX_ERROR, "CALX-E015",
      "A number is an integer constant expression of C." },

    { CALX_RULE_ENTITY_PLACE, CALX_ERROR, "CALX-E020",
      "An entity is a struct with a name, at file scope." },
    { CALX_RULE_ENTITY_LAYOUT, CALX_ERROR, "CALX-E021",
      "An entity needs no more than 16 bytes of alignment, and is not packed." },
    { CALX_RULE_NO_KEY, CALX_ERROR, "CALX-E022", "An entity has a primary key." },
    { CALX_RULE_MEMBER_TYPE, CALX_ERROR, "CALX-E023",
      "A member has a type a column can have, or is ignored." },
    { CALX_RULE_KEY_TYPE, CALX_ERROR, "CALX-E024",
      "A member of the key is neither a floating-point number nor nullable." },
    { CALX_RULE_LENGTH, CALX_ERROR, "CALX-E025",
      "A length is positive, is that of a text, and fits into its array." },
    { CALX_RULE_NOT_NULL, CALX_ERROR, "CALX-E026",
      "NOT NULL is said of a type that can be NULL and need not be." },
    { CALX_RULE_DEFAULT, CALX_ERROR, "CALX-E027", "A default fits its member." },
    { CALX_RULE_VERSION, CALX_ERROR, "CALX-E028",
      "An entity has at most one version column, no key, of a type whose versions can be made." },
    { CALX_RULE_TOO_MANY, CALX_ERROR, "CALX-E029",
      "An entity has at most 65535 columns, and as many of each other thing." },

    { CALX_RULE_DATABASE_NAME, CALX_ERROR, "CALX-E030",
      "A name in the database has 1 to 63 bytes and no control characters." },
    { CALX_RULE_SAME_COLUMN, CALX_ERROR, "CALX-E031",
      "The columns of a table have different names, whatever their case." },
    { CALX_RULE_SAME_TABLE, CALX_ERROR, "CALX-E032",
      "Tables have different names, whatever their case." },
    { CALX_RULE_SAME_INDEX, CALX_ERROR, "CALX-E033",
      "Indexes have different names, also from tables, whatever their case." },
    { CALX_RULE_INDEX_MEMBER, CALX_ERROR, "CALX-E034",
      "An index is over columns of its entity, each once." },

    { CALX_RULE_REFERENCE_ENTITY, CALX_ERROR, "CALX-E040", "A reference names an entity." },
    { CALX_RULE_REFERENCE_MEMBER, CALX_ERROR, "CALX-E041",
      "A reference names the whole key of its entity, or a unique member." },
    { CALX_RULE_REFERENCE_TYPE, CALX_ERROR, "CALX-E042",
      "A reference and its target hold the same kind of value." },
    { CALX_RULE_ON_DELETE, CALX_ERROR, "CALX-E043",
      "An action on delete is a known one, on a reference that allows it." },
    { CALX_RULE_ON_UPDATE, CALX_ERROR, "CALX-E044",
      "An action on update is a known one, on a reference that allows it." },

    { CALX_RULE_RELATIONSHIP_TARGET, CALX_ERROR, "CALX-E050",
      "A relationship leads to an entity." },
    { CALX_RULE_NO_FOREIGN_KEY, CALX_ERROR, "CALX-E051",
      "A relationship goes through a foreign key." },
    { CALX_RULE_AMBIGUOUS, CALX_ERROR, "CALX-E052",
      "Where several foreign keys serve, the relationship says which." },
    { CALX_RULE_VIA, CALX_ERROR, "CALX-E053",
      "CALX_VIA names members of a foreign key that joins the two entities." },
    { CALX_RULE_INVERSE, CALX_ERROR, "CALX-E054",
      "CALX_INVERSE names the same relationship seen from the other entity." },
    { CALX_RULE_CASCADE, CALX_ERROR, "CALX-E055", "A cascade is made of words that go together." },
    { CALX_RULE_WOULD_NULL, CALX_ERROR, "CALX-E056",
      "No relationship has to write NULL into a foreign key that is never NULL." },
    { CALX_RULE_SECONDARY, CALX_ERROR, "CALX-E057",
      "CALX_SECONDARY names an association table whose columns point at both sides." },
    { CALX_RULE_ORDER_BY, CALX_ERROR, "CALX-E058",
      "A collection is ordered by columns of its target, each once." },
    { CALX_RULE_LOADING, CALX_ERROR, "CALX-E059",
      "A relationship is loaded in a known way that fits it." },

    { CALX_RULE_SAME_NAME, CALX_ERROR, "CALX-E060",
      "Generated names differ from each other and from those in the headers." },
    { CALX_RULE_RESERVED_NAME, CALX_ERROR, "CALX-E061",
      "A generated name is one that C leaves to programs." },

    { CALX_RULE_FUNCTION_MARK, CALX_ERROR, "CALX-E070",
      "A public function is marked CALX_PUBLIC_METHOD or CALX_NOT_SCOPED." },
    { CALX_RULE_FUNCTION_STATUS, CALX_ERROR, "CALX-E071",
      "A forwarded function returns calx_status." },
    { CALX_RULE_FUNCTION_RECEIVER, CALX_ERROR, "CALX-E072",
      "A forwarded function takes a calx_session * first." },
    { CALX_RULE_FUNCTION_PARAMETER, CALX_ERROR, "CALX-E073",
      "A forwarded function has named parameters, callbacks by typedef, and no `...`." },

    { CALX_RULE_PASSIVE, CALX_ERROR, "CALX-E080",
      "What is left to the database is said in known words, and not done by a cascade too." },
    { CALX_RULE_POST_UPDATE, CALX_ERROR, "CALX-E081",
      "CALX_POST_UPDATE stands where a foreign key is written that can be NULL." },
    { CALX_RULE_VIEW_ONLY, CALX_ERROR, "CALX-E082",
      "A view-only relationship says nothing of how it is written, and has no other side." },
    { CALX_RULE_DEFERRED, CALX_ERROR, "CALX-E083",
      "What is deferred is no key, foreign key or version." },

    { CALX_RULE_RESULT, CALX_ERROR, "CALX-E090",
      "A result struct is no entity, and has members that columns can fill." },

    { CALX_RULE_NO_ENTITY_STRUCT, CALX_WARNING, "CALX-W001",
      "Annotations stand in entities; elsewhere they do nothing." },
    { CALX_RULE_NARROW_REFERENCE, CALX_WARNING, "CALX-W002",
      "A reference is as wide as its target." },
};

calx_diagnostic *calx_report(calx_diagnostics *diagnostics, calx_rule rule, calx_place place,
                             const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    calx_diagnostic *diagnostic = calx_diagnostics_add_v(
        diagnostics, calx_rules[rule].severity, place, calx_rules[rule].code, format, arguments);
    va_end(arguments);
    return diagnostic;
}
