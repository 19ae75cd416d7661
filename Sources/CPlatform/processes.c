#include "cplatform.h"
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

int weir_spawn(const char *path, char *const *arguments, char *const *environment, weir_spawn_options options,
               int32_t *process) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, options.input, 0);
    posix_spawn_file_actions_adddup2(&actions, options.output, 1);
    posix_spawn_file_actions_adddup2(&actions, options.error, 2);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    if (options.directory) posix_spawn_file_actions_addchdir_np(&actions, options.directory);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t all, none;
    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    if (options.new_session) flags |= POSIX_SPAWN_SETSID;
    if (options.new_group) {
        flags |= POSIX_SPAWN_SETPGROUP;
        posix_spawnattr_setpgroup(&attributes, 0);
    }
    posix_spawnattr_setflags(&attributes, flags);
    pid_t child = 0;
    int result = posix_spawn(&child, path, &actions, &attributes, arguments, environment);
    *process = child;
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return result;
}

int weir_wait(int32_t process, bool nohang, int32_t *outcome) {
    int status = 0;
    pid_t found;
    do {
        found = waitpid(process, &status, nohang ? WNOHANG : 0);
    } while (found < 0 && errno == EINTR);
    if (found > 0) *outcome = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    return found;
}

int weir_spawn_terminal(const char *path, char *const *arguments, char *const *environment, uint16_t rows,
                        uint16_t columns, int32_t *process) {
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    int master = -1;
    pid_t child = forkpty(&master, NULL, NULL, &size);
    if (child < 0) return -1;
    if (child == 0) {
        for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        closefrom(3);
        execve(path, arguments, environment);
        _exit(127);
    }
    fcntl(master, F_SETFD, FD_CLOEXEC);
    *process = child;
    return master;
}
int weir_terminal_size(int descriptor, uint16_t *rows, uint16_t *columns) {
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return -1;
    *rows = size.ws_row;
    *columns = size.ws_col;
    return 0;
}
int weir_set_terminal_size(int descriptor, uint16_t rows, uint16_t columns) {
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    return ioctl(descriptor, TIOCSWINSZ, &size);
}
