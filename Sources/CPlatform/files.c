#include "cplatform.h"
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

int weir_exchange(const char *a, const char *b) { return renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE); }
int weir_rename_new(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

static void weir_fill(const struct stat *from, weir_file_status *out) {
    out->device = from->st_dev;
    out->inode = from->st_ino;
    out->size = from->st_size;
    // A file may claim any time; nanoseconds have room for 285 years.
    int64_t seconds = from->st_mtim.tv_sec;
    if (seconds > 9000000000) seconds = 9000000000;
    if (seconds < -9000000000) seconds = -9000000000;
    out->modified_ns = seconds * 1000000000 + from->st_mtim.tv_nsec;
    out->mode = from->st_mode;
    out->owner = from->st_uid;
    out->links = (uint32_t)from->st_nlink;
}
int weir_stat(const char *path, weir_file_status *out) {
    struct stat status;
    if (stat(path, &status) != 0) return -1;
    weir_fill(&status, out);
    return 0;
}
int weir_lstat(const char *path, weir_file_status *out) {
    struct stat status;
    if (lstat(path, &status) != 0) return -1;
    weir_fill(&status, out);
    return 0;
}
int weir_fstat(int descriptor, weir_file_status *out) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) return -1;
    weir_fill(&status, out);
    return 0;
}

int weir_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }
int weir_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC); }
int weir_allocate(int descriptor, int64_t offset, int64_t length) {
    return posix_fallocate(descriptor, offset, length);
}
int weir_peer(int descriptor, int32_t *process, uint32_t *user) {
    struct ucred credentials;
    socklen_t size = sizeof credentials;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return -1;
    *process = credentials.pid;
    *user = credentials.uid;
    return 0;
}
int weir_limit_address_space(uint64_t bytes) {
    mallopt(M_ARENA_MAX, 2);
    struct rlimit limit = {bytes, bytes};
    return setrlimit(RLIMIT_AS, &limit);
}
int weir_limit_open_files(uint64_t count) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    limit.rlim_cur = count < limit.rlim_max ? count : limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit);
}
int weir_name_process(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

int weir_wakeup_make(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }
void weir_wakeup_signal(int descriptor) {
    uint64_t one = 1;
    (void)!write(descriptor, &one, sizeof one);
}
void weir_wakeup_drain(int descriptor) {
    uint64_t count;
    (void)!read(descriptor, &count, sizeof count);
}
