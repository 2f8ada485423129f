/*
 * The model of a user and their addresses as the check hands it over, written by hand: what the
 * view's tests look at without libclang.
 */
#ifndef CALX_TESTS_USER_MODEL_H
#define CALX_TESTS_USER_MODEL_H

#include "model/model.h"

extern const calx_model calx_test_user_model;

#endif
