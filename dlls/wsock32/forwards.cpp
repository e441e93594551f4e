// libwsock32.so.1: every export is a jump into libws2_32.so.1.
#include "dlls/common/forwards.h"

#include "dlls/wsock32/wsock32.forwards"
