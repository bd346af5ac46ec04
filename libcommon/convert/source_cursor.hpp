// Looks at any place of a source through a window, for parsers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/byte_source.hpp"

namespace mbx::convert {

class SourceCursor {
  public:
    explicit SourceCursor(base::SharedSource source);

    std::uint64_t size() const noexcept { return size_; }

    /// The bytes from `offset` on: at least `want` of them, fewer only at the end; often more.
    /// Valid until the next call. Cheap when calls go forward.
    std::string_view view(std::uint64_t offset, std::size_t want);

    /// The offset behind the next LF, or size().
    std::uint64_t line_end(std::uint64_t offset);

    std::string text(std::uint64_t begin, std::uint64_t end);

  private:
    void load(std::uint64_t offset, std::size_t want);

    base::SharedSource source_;
    std::uint64_t size_;
    std::string buffer_;
    std::string_view window_;
    std::uint64_t window_begin_ = 0;
};

}  // namespace mbx::convert
