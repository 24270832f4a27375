/* Large pages for what is read at random: with small ones nearly every read of a table of many megabytes first waits
   for the translation of its address. */

#ifndef IDENTIFY_PAGES_H
#define IDENTIFY_PAGES_H

#include <stdint.h>
#include <stdlib.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#define IDENTIFY_LARGE_PAGE ((size_t)2 << 20)

/* Like posix_memalign, to be freed with free().  Of memory that holds large pages, those are asked for: only whole ones,
   so that no more is used than was asked for.  A system that has none to give changes nothing but the time. */
static inline int identify_allocate_pages(void **memory, size_t alignment, size_t size)
{
#if defined(MADV_HUGEPAGE)
  if (size >= IDENTIFY_LARGE_PAGE) {
    int status = posix_memalign(memory, IDENTIFY_LARGE_PAGE, size);
    if (status == 0)
      (void)madvise(*memory, size / IDENTIFY_LARGE_PAGE * IDENTIFY_LARGE_PAGE, MADV_HUGEPAGE);
    return status;
  }
#endif
  return posix_memalign(memory, alignment, size);
}

#endif
