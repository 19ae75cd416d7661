#include "cplatform.h"
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static struct termios saved_settings;
static int guarded = -1;
static volatile sig_atomic_t armed;
static char handler_stack[65536];

// Mouse, paste and focus reports off, colours and cursor as they were, synchronized output ended, the main screen.
static const char screen_reset[] =
    "\x1b[?2026l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l"
    "\x1b[?1l\x1b>";

static const int fatal_signals[] = {SIGSEGV, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGABRT, SIGHUP, SIGTERM, SIGQUIT, SIGINT};

static void weir_restore(void) {
    if (!armed) return;
    armed = 0;
    (void)!write(guarded, screen_reset, sizeof screen_reset - 1);
    tcsetattr(guarded, TCSANOW, &saved_settings);
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
    sigprocmask(SIG_UNBLOCK, &only, NULL);
}
void weir_guard_terminal(int descriptor) {
    if (tcgetattr(descriptor, &saved_settings) != 0) return;
    guarded = descriptor;
    armed = 1;
    stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
    sigaltstack(&stack, NULL);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = weir_on_fatal;
    action.sa_flags = SA_ONSTACK;
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < sizeof fatal_signals / sizeof *fatal_signals; i++) sigaction(fatal_signals[i], &action, NULL);
}
void weir_release_terminal(void) {
    weir_restore();
    for (size_t i = 0; i < sizeof fatal_signals / sizeof *fatal_signals; i++) signal(fatal_signals[i], SIG_DFL);
}

static volatile sig_atomic_t taken;
static int watcher = -1;
static void weir_on_watched(int signal_number) {
    if (signal_number == SIGWINCH) __atomic_or_fetch(&taken, 1, __ATOMIC_RELAXED);
    if (signal_number == SIGTSTP) __atomic_or_fetch(&taken, 2, __ATOMIC_RELAXED);
    if (signal_number == SIGCONT) __atomic_or_fetch(&taken, 4, __ATOMIC_RELAXED);
    if (signal_number == SIGTERM || signal_number == SIGINT) __atomic_or_fetch(&taken, 8, __ATOMIC_RELAXED);
    if (watcher >= 0) weir_wakeup_signal(watcher);
}
void weir_watch_signals(int wakeup) {
    watcher = wakeup;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = weir_on_watched;
    action.sa_flags = SA_RESTART;
    sigaction(SIGWINCH, &action, NULL);
    sigaction(SIGTSTP, &action, NULL);
    sigaction(SIGCONT, &action, NULL);
}
int weir_taken_signals(void) { return __atomic_exchange_n(&taken, 0, __ATOMIC_RELAXED); }
