// The exports of mswsock that are not supported answer as mswsock.spec says.
#include "dlls/ws2_32/answers.h"

#include "dlls/mswsock/mswsock.answers"
