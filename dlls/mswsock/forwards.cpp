// libmswsock.so.1: every export is a jump into libws2_32.so.1.
#include "dlls/common/forwards.h"

#include "dlls/mswsock/mswsock.forwards"
