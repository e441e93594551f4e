/* mmsystem.h - the part of multimedia that network programs use: the clock. */
#ifndef _INC_MMSYSTEM
#define _INC_MMSYSTEM

#include <timeapi.h>

#endif
