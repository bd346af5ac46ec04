// Which parts an HTML body shows: the cid: and other URLs in it (RFC 2392, RFC 2557).
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

namespace mbx::convert {

class HtmlReferences {
  public:
    HtmlReferences() = default;
    /// Bytes in any charset that holds ASCII. Linear in the length.
    explicit HtmlReferences(std::string_view html);

    /// A Content-ID without angle brackets, as it stands; an empty one is never referenced.
    bool has_content_id(std::string_view content_id) const;
    /// A Content-Location, resolved against `base` (the location of the HTML part; may be empty).
    bool has_location(std::string_view location, std::string_view base) const;

  private:
    std::unordered_set<std::string> content_ids_;  // as they are, and in lower case
    std::unordered_set<std::string> urls_;
};

}  // namespace mbx::convert
