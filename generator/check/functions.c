/*
 * The functions a scoped session is made of. Each public function of the header says whether it is
 * forwarded; one that says nothing is an error, so that none is forgotten (SES-030). A forwarded
 * one must be callable with another receiver, which may have to be made first and can fail.
 */
#include "check/check.h"

#include "check/codes.h"

#include <string.h>

static bool has_mark(const calx_declared_function *function, calx_annotation_kind kind)
{
    return calx_annotation_find(function->annotations, kind) != NULL;
}

static void check_mark(calx_diagnostics *diagnostics, const calx_declared_function *function)
{
    bool forwarded = has_mark(function, CALX_ANNOTATION_PUBLIC_METHOD);
    bool left_out = has_mark(function, CALX_ANNOTATION_NOT_SCOPED);
    const char *name = function->facts.name;
    if (forwarded && left_out)
        calx_report(diagnostics, CALX_RULE_FUNCTION_MARK, function->facts.place,
                    "%s is marked both CALX_PUBLIC_METHOD and CALX_NOT_SCOPED", name);
    if (forwarded || left_out)
        return;
    calx_diagnostic *diagnostic =
        calx_report(diagnostics, CALX_RULE_FUNCTION_MARK, function->facts.place,
                    "%s does not say whether it is forwarded", name);
    calx_diagnostics_note(diagnostics, diagnostic, (calx_place){ 0 },
                          "mark it CALX_PUBLIC_METHOD, or CALX_NOT_SCOPED when each session is to "
                          "be asked itself");
}

static void check_annotations(calx_diagnostics *diagnostics, const calx_declared_function *function)
{
    const calx_annotation *one = function->annotations;
    for (; one != NULL; one = one->next) {
        if (one->kind == CALX_ANNOTATION_UNKNOWN)
            calx_report(diagnostics, CALX_RULE_UNKNOWN_ANNOTATION, one->place,
                        "unknown annotation '%s'", one->macro);
        else if ((one->on & CALX_ON_FUNCTION) == 0)
            calx_report(diagnostics, CALX_RULE_MISPLACED_ANNOTATION, one->place,
                        "%s has no meaning on a function", one->macro);
        else if (one->fault != NULL)
            calx_report(diagnostics, CALX_RULE_MALFORMED_ANNOTATION, one->place, "%s: %s",
                        one->macro, one->fault);
    }
}

static void check_parameters(calx_diagnostics *diagnostics, const calx_declared_function *function)
{
    const char *name = function->facts.name;
    calx_place place = function->facts.place;
    if (function->variadic)
        calx_report(diagnostics, CALX_RULE_FUNCTION_PARAMETER, place,
                    "%s cannot be forwarded: what stands for `...` cannot be passed on", name);
    if (!function->all_named)
        calx_report(diagnostics, CALX_RULE_FUNCTION_PARAMETER, place,
                    "%s cannot be forwarded: a parameter has no name", name);
    if (function->unnamed_callback == NULL)
        return;
    calx_diagnostic *diagnostic =
        calx_report(diagnostics, CALX_RULE_FUNCTION_PARAMETER, place,
                    "%s cannot be forwarded: '%s' is a function pointer without a typedef", name,
                    function->unnamed_callback);
    calx_diagnostics_note(diagnostics, diagnostic, (calx_place){ 0 },
                          "give its type a name with a typedef");
}

static void check_forwarded(calx_diagnostics *diagnostics, const calx_declared_function *function)
{
    const calx_model_function *facts = &function->facts;
    if (strcmp(facts->return_type, "calx_status") != 0)
        calx_report(diagnostics, CALX_RULE_FUNCTION_STATUS, facts->place,
                    "%s is forwarded but returns %s, not calx_status: it could not say that the "
                    "session cannot be made",
                    facts->name, facts->return_type);
    if (function->receiver == NULL || strcmp(function->receiver, "calx_session *") != 0)
        calx_report(diagnostics, CALX_RULE_FUNCTION_RECEIVER, facts->place,
                    "%s is forwarded but does not take a calx_session * first", facts->name);
    check_parameters(diagnostics, function);
}

static void check_any(calx_diagnostics *diagnostics, const calx_declared_functions *declarations)
{
    const calx_declared_function *one = declarations->functions;
    while (one != NULL && !has_mark(one, CALX_ANNOTATION_PUBLIC_METHOD))
        one = one->next;
    if (one == NULL && diagnostics->error_count == 0)
        calx_report(diagnostics, CALX_RULE_NO_ENTITY, (calx_place){ .file = declarations->header },
                    "no function here is marked CALX_PUBLIC_METHOD");
}

calx_status calx_check_functions(const calx_declared_functions *declarations, calx_arena *arena,
                                 calx_diagnostics *diagnostics, calx_model_functions *out_functions)
{
    size_t count = declarations->function_count;
    calx_model_function *functions = calx_arena_array(arena, count, sizeof(*functions));
    if (functions == NULL)
        return CALX_E_NOMEM;
    size_t next = 0;
    for (const calx_declared_function *one = declarations->functions; one != NULL;
         one = one->next) {
        check_annotations(diagnostics, one);
        check_mark(diagnostics, one);
        functions[next] = one->facts;
        functions[next].forwarded = has_mark(one, CALX_ANNOTATION_PUBLIC_METHOD);
        if (functions[next++].forwarded)
            check_forwarded(diagnostics, one);
    }
    check_any(diagnostics, declarations);
    if (diagnostics->status != CALX_OK)
        return diagnostics->status;
    if (diagnostics->error_count != 0)
        return CALX_E_DATA;
    *out_functions = (calx_model_functions){ declarations->header, functions, count };
    return CALX_OK;
}
