#include "dlls/common/host_thread.h"

#include <pthread.h>

#include <csignal>

namespace windsock::host {

Result<void> start_service_thread(void* (*run)(void*)) {
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t made;
  int error = ::pthread_create(&made, nullptr, run, nullptr);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (error != 0) return failure(error);
  ::pthread_detach(made);
  return {};
}

}  // namespace windsock::host
