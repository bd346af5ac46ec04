// Files inside of embedded OLE objects ([MS-OLEDS] 2.3; [MS-OXCMAIL] 2.1.3.4).
#pragma once

#include <string>

#include "base/bytes.hpp"

namespace mbx::convert {

struct OleContent {
    std::string name;        ///< UTF-8; empty when the object does not say
    std::string media_type;  ///< empty when unknown
    base::Bytes data;
};

/// What the object was made from: a packaged file, a PDF or picture, an OpenDocument or OpenXML
/// file. A storage that is itself a document (Word, Excel, PowerPoint) and everything unknown comes
/// back whole, with its own type.
OleContent ole_content(base::Bytes storage);

}  // namespace mbx::convert
