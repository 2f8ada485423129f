/*
 * Calx from C++17: the generated header of tests/golden/blog as it is; entities, typed queries
 * through the overloads that take the place of C's generic macros, a session and a scoped session.
 */
#include "models.calx.h"

#include <calx/calx.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace
{

/* Handles end with the block; what frees them is part of their type. */
template <auto function> struct ender {
    template <class Handle> void operator()(Handle *handle) const
    {
        function(handle);
    }
};
using engine = std::unique_ptr<calx_engine, ender<calx_engine_free>>;
using maker = std::unique_ptr<calx_sessionmaker, ender<calx_sessionmaker_free>>;
using session = std::unique_ptr<calx_session, ender<calx_session_free>>;
using scoped = std::unique_ptr<calx_scoped_session, ender<calx_scoped_session_free>>;
using users = std::unique_ptr<user_query, ender<user_query_free>>;

void need(calx_status status, const char *what)
{
    if (status == CALX_OK)
        return;
    std::fprintf(stderr, "%s: %s\n", what, calx_status_name(status));
    std::exit(1);
}

void add(calx_session *session, const std::string &name, int age, role role)
{
    user *made = user_new();
    address *mail = address_new();
    need(made != nullptr && mail != nullptr ? CALX_OK : CALX_E_NOMEM, "a user");
    const std::string email = name + "@example.org";
    made->name = name.c_str(); /* copied by user_add */
    made->age = { true, age };
    made->role = role;
    mail->email = email.c_str();
    const address *mails[] = { mail };
    bool there = false;
    std::size_t count = 0;
    need(user_addresses_append(made, mail), "an address");
    need(user_addresses_clear(made), "clear");
    need(user_addresses_insert(made, 0, mail), "insert");
    need(user_addresses_replace(made, mails, 1), "replace");
    need(user_addresses_contains(made, mail, &there), "contains");
    need(user_addresses_count(made, &count), "count");
    need(there && count == 1 ? CALX_OK : CALX_E_STATE, "what is in");
    need(user_add(session, made), "add");
}

std::vector<std::string> names(calx_session *session, const calx_expression &condition)
{
    users query(user_query_new(session));
    const user *const *found = nullptr;
    std::size_t count = 0;
    need(user_query_where(query.get(), condition), "where");
    need(user_query_order_by(query.get(), calx_desc(user_col.name)), "order by");
    need(user_query_all(query.get(), &found, &count), "all");
    std::vector<std::string> result;
    for (std::size_t i = 0; i < count; i++)
        result.emplace_back(found[i]->name);
    return result;
}

void print(const char *title, const std::vector<std::string> &words)
{
    std::printf("%s:", title);
    for (const std::string &word : words)
        std::printf(" %s", word.c_str());
    std::printf("\n");
}

void ask(calx_session *session)
{
    const int64_t ids[] = { 1, 3, 99 };
    print("like", names(session, calx_like(user_col.name, "%a%")));
    print("grown up and no admin", names(session, calx_and(calx_ge(user_col.age, 18),
                                                           calx_ne(user_col.role, ROLE_ADMIN))));
    print("in", names(session, calx_in(user_col.id, ids, 3)));
    print("between or named", names(session, calx_or(calx_between(user_col.age, 10, 20),
                                                     calx_eq(user_col.name, "ada"))));
    print("not null", names(session, calx_not(calx_is_null(user_col.age))));
}

calx_status print_with_mail(void *, const user *user)
{
    const address *const *items = nullptr;
    std::size_t count = 0;
    const calx_status status = user_addresses(user, &items, &count);
    for (std::size_t i = 0; i < count; i++)
        std::printf("%s <%s>\n", user->name, items[i]->email);
    return status;
}

void use_session(calx_sessionmaker *maker)
{
    calx_session *made = nullptr;
    need(calx_sessionmaker_session(maker, &made), "a session");
    session own(made);
    add(made, "ada", 36, ROLE_ADMIN);
    add(made, "barbara", 29, ROLE_MEMBER);
    add(made, "tim", 12, ROLE_GUEST);
    need(calx_session_commit(made), "commit");
    ask(made);
}

/* The same rows, through the session of this thread. */
void use_scoped_session(calx_sessionmaker *maker)
{
    calx_scoped_session *made = nullptr;
    calx_session *current = nullptr;
    need(calx_scoped_session_new(maker, nullptr, &made, nullptr), "a scoped session");
    scoped registry(made);
    need(calx_scoped_session_current(made, &current), "the session of this thread");
    const user *tim = nullptr;
    need(user_get_one(current, 3, &tim), "get");
    user *edit = user_edit(tim);
    need(edit != nullptr ? CALX_OK : CALX_E_NOMEM, "edit");
    edit->age.value += 1;
    need(calx_scoped_session_commit(made), "commit");
    need(user_get_one(current, 3, &tim), "get again");
    std::printf("tim is %d\n", static_cast<int>(tim->age.value));
    users query(user_query_new(current));
    need(user_query_order_by(query.get(), calx_asc(user_col.id)), "order by");
    const calx_option mails = calx_selectinload(user_rel.addresses);
    need(user_query_options(query.get(), calx_then(mails, calx_lazyload(address_rel.user))),
         "options");
    need(user_query_options(query.get(), calx_undefer(user_col.age, user_col.name)), "undefer");
    const calx_option path[] = { mails, calx_lazyload(address_rel.user) };
    need(user_query_options_along(query.get(), path, 2), "options along");
    need(user_query_yield_per(query.get(), 2), "yield per");
    need(user_query_populate_existing(query.get()), "populate existing");
    need(user_query_each(query.get(), print_with_mail, nullptr), "each");
}

} // namespace

int main()
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_sessionmaker *made = nullptr;
    need(calx_engine_new("sqlite://", nullptr, &options.bind, nullptr), "the engine");
    engine owned(options.bind);
    need(calx_schema_create_all(options.bind, &models_metadata, nullptr), "the tables");
    need(calx_sessionmaker_new(&options, &made, nullptr), "the sessionmaker");
    maker sessions(made);
    use_session(made);
    use_scoped_session(made);
    return 0;
}
