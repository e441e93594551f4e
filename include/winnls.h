/* winnls.h - of national language support, what converts texts. */
#ifndef _WINNLS_
#define _WINNLS_

#include <stringapiset.h>

#endif
