#include "cplatform.h"
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static struct termios saved_settings;
static int guarded_input = -1, guarded_output = -1;
static volatile sig_atomic_t armed;
static char handler_stack[65536];

// Synchronized output ended, mouse, paste and focus reports off, colours and cursor as they were, the main screen.
static const char screen_reset[] =
    "\x1b[?2026l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l"
    "\x1b[?1l\x1b>";

static const int fatal_signals[] = {SIGSEGV, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGABRT, SIGHUP, SIGTERM, SIGQUIT, SIGINT};

static void weir_restore(void) {
    if (!armed) return;
    armed = 0;
    (void)!write(guarded_output, screen_reset, sizeof screen_reset - 1);
    // From the background this would stop the process instead of ending it.
    sigset_t background, before;
    sigemptyset(&background);
    sigaddset(&background, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &background, &before);
    // What the terminal has answered and nobody has read would be taken for typed by whoever comes next.
    tcsetattr(guarded_input, TCSAFLUSH, &saved_settings);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}
static void weir_on_fatal(int signal_number) {
    weir_restore();
    struct sigaction normal;
    memset(&normal, 0, sizeof normal);
    normal.sa_handler = SIG_DFL;
    sigaction(signal_number, &normal, NULL);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, signal_number);
    raise(signal_number);
    pthread_sigmask(SIG_UNBLOCK, &only, NULL);
}
int weir_guard_terminal(int input, int output) {
    if (tcgetattr(input, &saved_settings) != 0) return -1;
    guarded_input = input;
    guarded_output = output;
    armed = 1;
    stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
    sigaltstack(&stack, NULL);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = weir_on_fatal;
    action.sa_flags = SA_ONSTACK;
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < sizeof fatal_signals / sizeof *fatal_signals; i++) sigaction(fatal_signals[i], &action, NULL);
    return 0;
}
void weir_release_terminal(void) {
    weir_restore();
    for (size_t i = 0; i < sizeof fatal_signals / sizeof *fatal_signals; i++) {
        // What is watched, or ignored since, stays so.
        struct sigaction now;
        if (sigaction(fatal_signals[i], NULL, &now) == 0 && now.sa_handler == weir_on_fatal)
            signal(fatal_signals[i], SIG_DFL);
    }
    stack_t none = {.ss_flags = SS_DISABLE};
    sigaltstack(&none, NULL);
}

static volatile sig_atomic_t taken;
static int watcher = -1;
static bool ending_in_order;
static int64_t asked_ms;
static int64_t weir_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
static void weir_on_watched(int signal_number) {
    if (signal_number == SIGTERM || signal_number == SIGHUP || signal_number == SIGINT) {
        // A terminal that goes often says so several times at once: once by its program, once by the kernel.
        if (!(__atomic_fetch_or(&taken, WEIR_ASKED_TO_END, __ATOMIC_RELAXED) & WEIR_ASKED_TO_END))
            __atomic_store_n(&asked_ms, weir_now_ms(), __ATOMIC_RELAXED);
        // Asked again a second after, and nobody has heard the first time: whoever should is stuck.
        else if (weir_now_ms() - __atomic_load_n(&asked_ms, __ATOMIC_RELAXED) > 1000)
            weir_on_fatal(signal_number);
    }
    if (signal_number == SIGWINCH) __atomic_or_fetch(&taken, WEIR_RESIZED, __ATOMIC_RELAXED);
    if (signal_number == SIGTSTP) __atomic_or_fetch(&taken, WEIR_ASKED_TO_STOP, __ATOMIC_RELAXED);
    if (signal_number == SIGCONT) __atomic_or_fetch(&taken, WEIR_CONTINUED, __ATOMIC_RELAXED);
    if (watcher >= 0) weir_wakeup_signal(watcher);
}
// The last three only where the process ends itself in order.
static const int watched_signals[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGINT};
void weir_watch_signals(int wakeup, bool ends_in_order) {
    watcher = wakeup;
    ending_in_order = ends_in_order;
    size_t count = ends_in_order ? 6 : 3;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = weir_on_watched;
    action.sa_flags = SA_RESTART;
    for (size_t i = 0; i < count; i++) sigaction(watched_signals[i], &action, NULL);
}
void weir_unwatch_signals(void) {
    for (size_t i = 0; i < sizeof watched_signals / sizeof *watched_signals; i++) {
        // What is left to end must not be cut short by the same terminal's second word.
        bool stays = ending_in_order && watched_signals[i] == SIGHUP;
        signal(watched_signals[i], stays ? SIG_IGN : SIG_DFL);
    }
    watcher = -1;
}
int weir_taken_signals(void) { return __atomic_exchange_n(&taken, 0, __ATOMIC_RELAXED); }

void weir_stop_here(void) {
    struct sigaction normal, before;
    memset(&normal, 0, sizeof normal);
    normal.sa_handler = SIG_DFL;
    sigaction(SIGTSTP, &normal, &before);
    // A thread made by others may have it blocked.
    sigset_t stop, mask;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &stop, &mask);
    raise(SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    sigaction(SIGTSTP, &before, NULL);
}
