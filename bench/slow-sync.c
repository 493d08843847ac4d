/* A disk that takes its time: every sync of a program takes longer, whatever calls it. Built and preloaded by slow-syncs.ts. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <time.h>

static int late(int result) {
  int error = errno;
  struct timespec left = {SYNC_MS / 1000, (SYNC_MS % 1000) * 1000000L};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
  errno = error;
  return result;
}

int fsync(int file) { return late(((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file)); }
int fdatasync(int file) { return late(((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file)); }
int syncfs(int file) { return late(((int (*)(int))dlsym(RTLD_NEXT, "syncfs"))(file)); }
void sync(void) {
  ((void (*)(void))dlsym(RTLD_NEXT, "sync"))();
  late(0);
}
