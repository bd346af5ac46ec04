// What a folder of a PST is for.
#pragma once

#include <string>

namespace mbx::mapi {

/// [MS-OXOSFLD] 2.2.1. Each but None occurs at most once in a store.
enum class SpecialFolder {
    None,
    Inbox,
    Outbox,
    SentItems,
    DeletedItems,
    Drafts,
    JunkEmail,
    Calendar,
    Contacts,
    Journal,
    Notes,
    Tasks,
};

struct Folder {
    std::string display_name;                  ///< UTF-8, 1..255 UTF-16 units
    std::string container_class = "IPF.Note";  ///< empty: the property is left out
    std::string comment;                       ///< empty: the property is left out
    SpecialFolder special = SpecialFolder::None;
};

}  // namespace mbx::mapi
