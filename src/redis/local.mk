# SPDX-License-Identifier: MIT
if HAVE_REDIS
libaiexpense_a_SOURCES += src/redis/redis.c src/redis/redis_place.c src/redis/redis_place.h
else
libaiexpense_a_SOURCES += src/redis/redis_none.c
endif
libaiexpense_a_SOURCES += src/redis/redis.h
libaiexpense_a_SOURCES += src/redis/shared.c src/redis/shared.h
