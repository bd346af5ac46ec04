// Is a file an mbox?
#pragma once

#include "base/file.hpp"

namespace mbx::store {

enum class MboxLook {
    Mbox,     ///< begins with a postmark, or holds nothing but empty lines
    Damaged,  ///< messages begin further behind; see MboxSplitter::next()
    None,
};

/// Cost: reads all of a file that begins with anything else and holds no message.
MboxLook look_at_mbox(const base::File& file);

/// The same by its start alone: Mbox, or not. An empty file is none.
bool starts_as_mbox(const base::File& file);

}  // namespace mbx::store
