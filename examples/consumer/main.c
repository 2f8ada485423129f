/*
 * Stores a post with comments, changes one, rolls a mistake back and reads the rest: what an
 * application does with Calx, in a project that only knows its public face. Takes a database's URL.
 */
#include "blog.calx.h"

#include <calx/calx.h>

#include <inttypes.h>
#include <stdio.h>

static calx_status comment_on(calx_session *session, struct post *post, const char *text,
                              int32_t stars)
{
    struct comment *comment = comment_new();
    if (comment == NULL)
        return CALX_E_NOMEM;
    comment->text = text;
    comment->stars = stars;
    calx_status status = post_comments_append(post, comment);
    if (status == CALX_OK)
        status = comment_add(session, comment);
    if (status != CALX_OK)
        comment_free(comment);
    return status;
}

static calx_status publish(void *context, calx_session *session)
{
    (void)context;
    struct post *post = post_new();
    if (post == NULL)
        return CALX_E_NOMEM;
    post->title = "Rows from structs";
    calx_status status = post_add(session, post);
    if (status != CALX_OK) {
        post_free(post);
        return status;
    }
    status = comment_on(session, post, "Where is the magic?", 3);
    return status == CALX_OK ? comment_on(session, post, "There is none.", 5) : status;
}

/* A check of the database refuses this one, so everything of this transaction is undone. */
static calx_status publish_nonsense(void *context, calx_session *session)
{
    const struct post *const *post = context;
    struct post *edited = post_edit(*post);
    if (edited == NULL)
        return calx_session_error(session)->status;
    edited->title = "Nonsense";
    return comment_on(session, edited, "Six stars!", 6);
}

static calx_status print_post(const struct post *post)
{
    const struct comment *const *comments = NULL;
    size_t count = 0;
    calx_status status = post_comments(post, &comments, &count);
    if (status != CALX_OK)
        return status;
    printf("%s\n", post->title);
    for (size_t i = 0; i < count; i++)
        printf("  %.*s %s\n", (int)comments[i]->stars, "*****", comments[i]->text);
    return CALX_OK;
}

static calx_status blog(calx_session *session)
{
    const struct post *post = NULL;
    calx_status status = calx_session_run(session, publish, NULL);
    if (status == CALX_OK)
        status = post_get_one(session, 1, &post);
    if (status == CALX_OK)
        status = calx_session_commit(session); /* reading began a transaction as well */
    if (status != CALX_OK)
        return status;
    calx_status refused = calx_session_run(session, publish_nonsense, &post);
    if (refused != CALX_E_CHECK) {
        fprintf(stderr, "consumer: six stars: %s\n", calx_status_name(refused));
        return CALX_E_ASSERTION;
    }
    status = post_get_one(session, 1, &post);
    return status == CALX_OK ? print_post(post) : status;
}

int main(int count, char **words)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session *session = NULL;
    calx_error error = CALX_ERROR_INIT;
    calx_status status =
        calx_engine_new(count > 1 ? words[1] : "sqlite://", NULL, &options.bind, &error);
    if (status == CALX_OK)
        status = calx_schema_create_all(options.bind, &blog_metadata, &error);
    if (status == CALX_OK)
        status = calx_session_new(&options, &session, &error);
    if (status != CALX_OK)
        fprintf(stderr, "consumer: %s\n", error.message);
    if (status == CALX_OK && (status = blog(session)) != CALX_OK)
        fprintf(stderr, "consumer: %s\n", calx_session_error(session)->message);
    calx_error_clear(&error);
    calx_session_free(session);
    calx_engine_free(options.bind);
    return status == CALX_OK ? 0 : 1;
}
