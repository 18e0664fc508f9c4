# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/contract/body.c
libaiexpense_a_SOURCES += src/contract/endpoints.c src/contract/endpoints.h
libaiexpense_a_SOURCES += src/contract/fields.c src/contract/fields.h
libaiexpense_a_SOURCES += src/contract/members.def
libaiexpense_a_SOURCES += src/contract/openapi.c src/contract/openapi.h
libaiexpense_a_SOURCES += src/contract/openapi_problems.c
libaiexpense_a_SOURCES += src/contract/openapi_schema.c
libaiexpense_a_SOURCES += src/contract/routes.def
libaiexpense_a_SOURCES += src/contract/schema.c src/contract/schema.h
libaiexpense_a_SOURCES += src/contract/schemas.def
libaiexpense_a_SOURCES += src/contract/scope.c src/contract/scope.h
libaiexpense_a_SOURCES += src/contract/value.c
