/* Counts the calls that change the file system and makes one of them fatal, or makes writes fail from one on.
 *
 *   KEFU_FAULT_AT=N     the N-th call (from 1) …
 *   KEFU_FAULT=kill     … ends the process at once, as SIGKILL does (default)
 *   KEFU_FAULT=ENOSPC   … and every later one that needs space fails: the disk is full
 *   KEFU_FAULT=EIO      … fails once
 *   KEFU_FAULT_LOG=FILE the number of calls is written there when the process ends
 *   KEFU_SHORT=1        every read of a file gives a byte at most, and every write takes three at most
 *
 * Loaded with LD_PRELOAD; calls on pipes, sockets and terminals are not counted.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("KEFU_FAULT_LOG");
    if (!path) return;
    FILE *out = fopen(path, "w");
    if (!out) return;
    fprintf(out, "%ld\n", atomic_load(&calls));
    fclose(out);
}

/* Whether the call shall fail; sets errno. `space` tells whether it needs room on the disk. */
static int faulty(int space) {
    static long at = -1;
    static const char *how;
    long now = atomic_fetch_add(&calls, 1) + 1;
    if (at < 0) {
        const char *text = getenv("KEFU_FAULT_AT");
        how = getenv("KEFU_FAULT");
        at = text ? atol(text) : 0;
    }
    if (at == 0 || now < at) return 0;
    if (!how || strcmp(how, "kill") == 0) {
        if (now == at) kill(getpid(), SIGKILL);
        for (;;) pause();
    }
    if (strcmp(how, "ENOSPC") == 0 && space) { errno = ENOSPC; return 1; }
    if (strcmp(how, "EIO") == 0 && now == at) { errno = EIO; return 1; }
    return 0;
}

static int is_file(int fd) {
    struct stat info;
    return fd > 2 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

/* Whether reads and writes are cut short. */
static int is_short(int fd) {
    static int how = -1;
    if (how < 0) how = getenv("KEFU_SHORT") != NULL;
    return how && is_file(fd);
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t read(int fd, void *bytes, size_t count) {
    REAL(read);
    if (count > 1 && is_short(fd)) count = 1;
    return real(fd, bytes, count);
}
ssize_t pread64(int fd, void *bytes, size_t count, off64_t place) {
    REAL(pread64);
    if (count > 1 && is_short(fd)) count = 1;
    return real(fd, bytes, count, place);
}
ssize_t readv(int fd, const struct iovec *parts, int count) {
    REAL(readv);
    if (count > 0 && is_short(fd)) return read(fd, parts[0].iov_base, parts[0].iov_len);
    return real(fd, parts, count);
}
ssize_t write(int fd, const void *bytes, size_t count) {
    REAL(write);
    if (is_file(fd) && faulty(1)) return -1;
    if (count > 3 && is_short(fd)) count = 3;
    return real(fd, bytes, count);
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(writev);
    if (is_file(fd) && faulty(1)) return -1;
    return real(fd, parts, count);
}
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t place) {
    REAL(pwrite64);
    if (is_file(fd) && faulty(1)) return -1;
    return real(fd, bytes, count, place);
}
int fsync(int fd) { REAL(fsync); return faulty(1) ? -1 : real(fd); }
int fdatasync(int fd) { REAL(fdatasync); return faulty(1) ? -1 : real(fd); }
int rename(const char *from, const char *to) { REAL(rename); return faulty(0) ? -1 : real(from, to); }
int link(const char *from, const char *to) { REAL(link); return faulty(1) ? -1 : real(from, to); }
int linkat(int a, const char *from, int b, const char *to, int flags) {
    REAL(linkat);
    return faulty(1) ? -1 : real(a, from, b, to, flags);
}
int renameat(int a, const char *from, int b, const char *to) {
    REAL(renameat);
    return faulty(0) ? -1 : real(a, from, b, to);
}
int unlink(const char *path) { REAL(unlink); return faulty(0) ? -1 : real(path); }
int unlinkat(int a, const char *path, int flags) { REAL(unlinkat); return faulty(0) ? -1 : real(a, path, flags); }
int rmdir(const char *path) { REAL(rmdir); return faulty(0) ? -1 : real(path); }
int mkdir(const char *path, mode_t mode) { REAL(mkdir); return faulty(1) ? -1 : real(path, mode); }
int chmod(const char *path, mode_t mode) { REAL(chmod); return faulty(0) ? -1 : real(path, mode); }

int open64(const char *path, int flags, ...) {
    REAL(open64);
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
        if (faulty(1)) return -1;
    }
    return real(path, flags, mode);
}
