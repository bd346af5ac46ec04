// Names of named properties ([MS-OXCDATA] 2.6.1), and the property sets in use
// ([MS-OXPROPS] 1.3.2).
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <variant>

#include "base/ids.hpp"

namespace mbx::mapi {

inline constexpr base::Guid PS_MAPI = base::guid("00020328-0000-0000-C000-000000000046");
inline constexpr base::Guid PS_PUBLIC_STRINGS = base::guid("00020329-0000-0000-C000-000000000046");
inline constexpr base::Guid PS_INTERNET_HEADERS =
    base::guid("00020386-0000-0000-C000-000000000046");
inline constexpr base::Guid PSETID_Appointment = base::guid("00062002-0000-0000-C000-000000000046");
inline constexpr base::Guid PSETID_Task = base::guid("00062003-0000-0000-C000-000000000046");
inline constexpr base::Guid PSETID_Address = base::guid("00062004-0000-0000-C000-000000000046");
inline constexpr base::Guid PSETID_Common = base::guid("00062008-0000-0000-C000-000000000046");
inline constexpr base::Guid PSETID_Log = base::guid("0006200A-0000-0000-C000-000000000046");
inline constexpr base::Guid PSETID_Note = base::guid("0006200E-0000-0000-C000-000000000046");
inline constexpr base::Guid PSETID_Sharing = base::guid("00062040-0000-0000-C000-000000000046");
inline constexpr base::Guid PSETID_Meeting = base::guid("6ED8DA90-450B-101B-98DA-00AA003F1305");
inline constexpr base::Guid PSETID_Attachment = base::guid("96357F7F-59E1-47D0-99A7-46515C183B54");
/// This project's own set; never changes (it is what marks our properties in files that exist).
inline constexpr base::Guid PSETID_MbxTools = base::guid("ED4CA0A3-291D-45A9-A736-2C8B938366B4");

/// A set and, within it, a number (LID) or a string (UTF-8, compared byte by byte).
struct PropertyName {
    base::Guid set{};
    std::variant<std::uint32_t, std::string> id;

    auto operator<=>(const PropertyName&) const = default;
};

/// "{00062008-0000-0000-c000-000000000046}:0x8503" or "{...}:Keywords", for messages and dumps.
std::string to_string(const PropertyName& name);

}  // namespace mbx::mapi
