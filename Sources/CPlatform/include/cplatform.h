#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// The calls of Linux that Swift's Glibc module does not show, each as a plain function.
// All return 0 or a descriptor when they succeed and -1 with `errno` set when not, unless said otherwise.

#pragma clang assume_nonnull begin

/// Exchanges two paths atomically (renameat2 with RENAME_EXCHANGE).
int weir_exchange(const char *a, const char *b);
/// Renames only where the target does not exist (renameat2 with RENAME_NOREPLACE).
int weir_rename_new(const char *from, const char *to);

typedef struct {
    uint64_t device, inode;
    int64_t size;
    int64_t modified_ns;
    uint32_t mode, owner, links;
} weir_file_status;
/// What `stat` says of a path, or of a descriptor; a link is followed.
int weir_stat(const char *path, weir_file_status *out);
/// The same of a link itself.
int weir_lstat(const char *path, weir_file_status *out);
int weir_fstat(int descriptor, weir_file_status *out);

int weir_pipe(int ends[_Nonnull 2]);
int weir_accept(int listener);
/// Allocates the bytes on disk, so that a full disk shows now; returns an errno value, not -1.
int weir_allocate(int descriptor, int64_t offset, int64_t length);
/// The process and user at the other end of a Unix socket.
int weir_peer(int descriptor, int32_t *process, uint32_t *user);
/// Call it before there are threads: malloc keeps to two arenas from then on, as each takes 64 MiB of the space.
int weir_limit_address_space(uint64_t bytes);
int weir_limit_open_files(uint64_t count);
/// Lets the process name show in `ps` and `top` (15 bytes).
int weir_name_process(const char *name);

typedef struct {
    int input, output, error;
    bool new_session;
    bool new_group;
    const char *_Nullable directory;
} weir_spawn_options;
/// Starts a program with the three descriptors as its standard ones, every other one closed, signals at their
/// defaults. Returns an errno value, not -1.
int weir_spawn(const char *path, char *_Nullable const *_Nonnull arguments, char *_Nullable const *_Nonnull environment,
               weir_spawn_options options, int32_t *process);
/// `waitpid`: the process (0 with `nohang` when it still runs), and its exit code, or minus the signal that ended it.
int weir_wait(int32_t process, bool nohang, int32_t *outcome);

/// Forks a child on a new pseudo-terminal of the given size and runs the program there (for tests); the master, or -1.
int weir_spawn_terminal(const char *path, char *_Nullable const *_Nonnull arguments,
                        char *_Nullable const *_Nonnull environment, uint16_t rows, uint16_t columns, int32_t *process);
int weir_terminal_size(int descriptor, uint16_t *rows, uint16_t *columns);
int weir_set_terminal_size(int descriptor, uint16_t rows, uint16_t columns);

/// CRC-32C (Castagnoli), continuing from `crc` (0 at first).
uint32_t weir_crc32c(uint32_t crc, const void *bytes, size_t count);

/// An eventfd for waking a poll, and its two ends.
int weir_wakeup_make(void);
void weir_wakeup_signal(int descriptor);
void weir_wakeup_drain(int descriptor);

/// Remembers the terminal's settings, and on a fatal signal, a hang-up or a termination puts back both them and
/// the screen before the signal takes its default effect. Only async-signal-safe calls are used there.
/// -1 when `input` is no terminal. Call it again after the terminal was given back with `weir_release_terminal`.
int weir_guard_terminal(int input, int output);
/// Restores now what `weir_guard_terminal` remembered and takes the handlers off.
void weir_release_terminal(void);

enum { WEIR_RESIZED = 1, WEIR_ASKED_TO_STOP = 2, WEIR_CONTINUED = 4, WEIR_ASKED_TO_END = 8 };
/// Makes SIGWINCH, SIGTSTP and SIGCONT wake the given eventfd and set the flags above, which `weir_taken_signals`
/// reads and clears. With `ends_in_order` SIGTERM, SIGHUP and SIGINT do so too, instead of ending the process at once
/// as `weir_guard_terminal` would have it; a second one that comes before the first was read still does.
/// Call it after `weir_guard_terminal`.
void weir_watch_signals(int wakeup, bool ends_in_order);
void weir_unwatch_signals(void);
int weir_taken_signals(void);
/// Stops this process as ^Z would, and returns when it is continued.
void weir_stop_here(void);

#pragma clang assume_nonnull end
