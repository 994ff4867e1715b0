// SPDX-License-Identifier: MIT
/*
 * The types whose objects can be sent to other processes: a kind in a parcel means one of these.
 */
#include "lib/object/parcel-types.h"

#include "lib/file/file.h"
#include "lib/memory/section.h"
#include "lib/object/directory.h"
#include "lib/object/shared.h"
#include "lib/process/job.h"
#include "lib/process/process-object.h"
#include "lib/security/token.h"
#include "lib/sync/event.h"
#include "lib/sync/mutex.h"
#include "lib/sync/semaphore.h"
#include "lib/sync/timer.h"
#include "lib/thread/thread.h"
#include "util/macro.h"

const struct nt_object_type *const nt_parcel_types[] = {
    &nt_section_type,   &nt_event_type,   &nt_mutex_type,  &nt_semaphore_type,
    &nt_timer_type,     &nt_process_type, &nt_thread_type, &nt_file_type,
    &nt_directory_type, &nt_token_type,   &nt_job_type,    &nt_shared_resource_type,
};

const size_t nt_n_parcel_types = NT_ARRAY_SIZE(nt_parcel_types);
