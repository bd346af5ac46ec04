// Reads an Outlook .msg file ([MS-OXMSG]) into the in-memory message, for tests with real items.
#pragma once

#include <string>

#include "mapi/message.hpp"

namespace mbx::test {

/// Throws std::runtime_error when the file is none.
mapi::Message read_msg_file(const std::string& path);

}  // namespace mbx::test
