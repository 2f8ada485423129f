/**
 * @file calx.h
 * All public headers at once, for applications.
 */
#ifndef CALX_H
#define CALX_H

#include <calx/aggregate.h>
#include <calx/allocator.h>
#include <calx/annotate.h>
#include <calx/assignment.h>
#include <calx/bulk.h>
#include <calx/column.h>
#include <calx/connection.h>
#include <calx/copy.h>
#include <calx/datetime.h>
#include <calx/engine.h>
#include <calx/error.h>
#include <calx/event.h>
#include <calx/execution_options.h>
#include <calx/expression.h>
#include <calx/identity.h>
#include <calx/insert.h>
#include <calx/inspect.h>
#include <calx/instance.h>
#include <calx/lock.h>
#include <calx/log.h>
#include <calx/mapper.h>
#include <calx/notification.h>
#include <calx/option.h>
#include <calx/query.h>
#include <calx/recovery.h>
#include <calx/relationship.h>
#include <calx/result.h>
#include <calx/result_struct.h>
#include <calx/scalar.h>
#include <calx/schema.h>
#include <calx/scope.h>
#include <calx/scoped_session.h>
#include <calx/script.h>
#include <calx/select.h>
#include <calx/session.h>
#include <calx/session_events.h>
#include <calx/sessionmaker.h>
#include <calx/setting.h>
#include <calx/statement.h>
#include <calx/two_phase.h>
#include <calx/types.h>
#include <calx/url.h>
#include <calx/value.h>
#include <calx/version.h>

#endif
