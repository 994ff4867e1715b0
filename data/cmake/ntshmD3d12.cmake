# SPDX-License-Identifier: MIT
#
# The component d3d12 of find_package(ntshm): there when libntshm-d3d12 is installed.

_ntshm_add_library(d3d12 ntshm-d3d12 ntshm::ntshm)
