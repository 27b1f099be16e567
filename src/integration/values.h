#pragma once

#include "text/values.h"
