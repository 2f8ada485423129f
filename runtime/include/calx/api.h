/**
 * @file api.h
 * Marks shared by all public headers: export, C++ linkage, and how the generated scoped session
 * treats a function of the Session.
 */
#ifndef CALX_API_H
#define CALX_API_H

#ifdef __cplusplus
#define CALX_BEGIN_DECLS extern "C" {
#define CALX_END_DECLS   }
#else
#define CALX_BEGIN_DECLS
#define CALX_END_DECLS
#endif

#if defined(__GNUC__) || defined(__clang__)
#define CALX_API __attribute__((visibility("default")))
#define CALX_PRINTF(format_index, first_argument)                                                  \
    __attribute__((format(printf, format_index, first_argument)))
#else
#define CALX_API
#define CALX_PRINTF(format_index, first_argument)
#endif

/**
 * CALX_PUBLIC_METHOD: the generated scoped session forwards this function (it returns calx_status
 * and takes a calx_session * first). CALX_NOT_SCOPED: deliberately not forwarded (SES-030). Every
 * public function of session.h carries one of the two; calx-gen refuses a header where one has
 * neither.
 */
#ifdef CALX_GENERATOR
#define CALX_PUBLIC_METHOD __attribute__((annotate("calx:public-method"))) CALX_API
#define CALX_NOT_SCOPED    __attribute__((annotate("calx:not-scoped"))) CALX_API
#else
#define CALX_PUBLIC_METHOD CALX_API
#define CALX_NOT_SCOPED    CALX_API
#endif

#endif
