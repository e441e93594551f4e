// The exports of ws2_32 that are not supported answer as ws2_32.spec says.
#include "dlls/ws2_32/answers.h"

#include "dlls/ws2_32/ws2_32.answers"
