/* SPDX-License-Identifier: MIT */
/*
 * Wrong libraries: what stands between the walk and the library when a test wants to see that it
 * stumbles. The program is linked with --wrap for the functions below.
 */
#ifndef NTSHM_TEST_MODEL_WRONG_H
#define NTSHM_TEST_MODEL_WRONG_H

enum model_wrong {
    MODEL_RIGHT,
    MODEL_WRONG_SPLIT,    /* sometimes says that it split, and did not */
    MODEL_WRONG_DECOMMIT, /* keeps what stood there */
    MODEL_WRONG_PROTECT,  /* tells the old protection of the last page */
    MODEL_WRONG_QUERY,    /* counts a page too much, now and then */
    MODEL_WRONG_OFFSET,   /* maps the page before, now and then */
    MODEL_WRONG_RESTORE,  /* unmaps, and then takes the place again */
    MODEL_WRONG_ERROR,    /* refuses with another error */
    MODEL_WRONGS,
};

extern enum model_wrong model_wrong;

#endif
