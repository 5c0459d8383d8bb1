# What `cmake --install` places: the command, both libraries, headers, pkg-config file, CMake package.
