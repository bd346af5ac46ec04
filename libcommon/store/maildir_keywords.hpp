// Dovecot's file "dovecot-keywords" in a Maildir folder: names for the letters a to z in file
// names. A line each: "0 $Forwarded", "1 Work".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "store/directory.hpp"

namespace mbx::store {

class MaildirKeywords {
  public:
    static constexpr const char* kFileName = "dovecot-keywords";

    /// Of a folder; without names when it has no such file. A damaged file is reported, and what
    /// can be read of it is used.
    static MaildirKeywords load(const Directory& folder, base::Diagnostics& diagnostics);

    /// nullopt when the letter has no name.
    std::optional<std::string> name_of(char letter) const;

    /// The letter of a name, given to it now if need be. nullopt when all 26 are given away.
    std::optional<char> letter_for(std::string_view name);

    /// Writes the file when letter_for() has given a new letter.
    void save(const Directory& folder);

  private:
    std::vector<std::string> names_;  ///< by letter; empty: not given
    bool changed_ = false;
};

}  // namespace mbx::store
