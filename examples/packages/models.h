/*
 * The packages of a Debian system as annotated structs: who maintains them, which section they are
 * filed under, what they need and what they provide.
 */
#ifndef PACKAGES_MODELS_H
#define PACKAGES_MODELS_H

#include <calx/annotate.h>

struct package;
struct dependency;
struct alternative;
struct provision;

/** Who looks after packages. */
struct CALX_ENTITY("maintainers") maintainer {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    const char *email CALX_NOT_NULL CALX_UNIQUE;
    CALX_MANY(struct package) packages CALX_INVERSE(maintainer);
};

/** What a package is filed under, such as "libs" or "contrib/games". */
struct CALX_ENTITY("sections") section {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL CALX_UNIQUE;
    CALX_MANY(struct package) packages CALX_INVERSE(section);
};

/** An installed package. */
struct CALX_ENTITY("packages") CALX_UNIQUE_INDEX(packages_by_name, name, architecture) package {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL CALX_LENGTH(255);
    const char *architecture CALX_NOT_NULL CALX_LENGTH(32);
    const char *version CALX_NOT_NULL;
    const char *summary;
    calx_nullable_int64 installed_size CALX_CHECK("installed_size >= 0"); /* KiB, an estimate */
    calx_nullable_int64 section_id CALX_REFERENCES(section, id);
    calx_nullable_int64 maintainer_id CALX_REFERENCES(maintainer, id);
    CALX_ONE(struct section) section CALX_VIA(section_id);
    CALX_ONE(struct maintainer) maintainer CALX_VIA(maintainer_id);
    CALX_MANY(struct dependency) needs CALX_INVERSE(package) CALX_CASCADE(all, delete_orphan);
    CALX_MANY(struct provision) provisions CALX_INVERSE(package) CALX_CASCADE(all, delete_orphan);
};

/** How much a package needs another one; the smaller, the more. */
enum strength { STRENGTH_PRE_DEPENDS, STRENGTH_DEPENDS, STRENGTH_RECOMMENDS, STRENGTH_SUGGESTS };

/** Something a package needs: any one of the alternatives will do. */
struct CALX_ENTITY("dependencies") CALX_INDEX(dependencies_by_package, package_id) dependency {
    int64_t id CALX_PRIMARY_KEY;
    enum strength strength;
    bool is_met CALX_DEFAULT("false"); /* whether an installed package provides an alternative */
    int64_t package_id CALX_REFERENCES(package, id) CALX_ON_DELETE(cascade);
    CALX_ONE(struct package) package CALX_VIA(package_id);
    CALX_MANY(struct alternative) choices CALX_INVERSE(dependency) CALX_CASCADE(all, delete_orphan);
};

/** One way to meet a dependency: a name, and perhaps a bound on the version. */
struct CALX_ENTITY("alternatives") CALX_INDEX(alternatives_by_dependency, dependency_id)
    CALX_INDEX(alternatives_by_name, name) alternative {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    char relation[3]; /* "<<", "<=", "=", ">=", ">>"; empty: any version */
    const char *version;
    int64_t dependency_id CALX_REFERENCES(dependency, id) CALX_ON_DELETE(cascade);
    CALX_ONE(struct dependency) dependency CALX_VIA(dependency_id);
};

/** A name a package stands for: its own, or a virtual one. */
struct CALX_ENTITY("provisions") CALX_INDEX(provisions_by_name, name) provision {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    const char *version; /* NULL: meets no dependency with a bound */
    int64_t package_id CALX_REFERENCES(package, id) CALX_ON_DELETE(cascade);
    CALX_ONE(struct package) package CALX_VIA(package_id);
};

#endif
