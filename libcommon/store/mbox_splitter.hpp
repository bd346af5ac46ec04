// Finds the messages of an mbox, one after the other, in memory that does not grow with the file.
//
// A postmark is told by its shape (mbox_postmark.hpp): behind an empty line, or, where a careless
// program has left that out, when it has a date and a header follows. Where Content-Length leads
// exactly to the next postmark or to the end, it is believed; postmarks within are text then.
//
// Quoting: mboxrd is taken for granted (mboxo differs in ">>From " only, and nothing in a file
// tells them apart). A message found by its Content-Length was quoted (mboxcl) or not (mboxcl2):
// when one such message of the file holds a plain "From " line, none is.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "store/mailbox_url.hpp"
#include "store/mbox_from_lines.hpp"
#include "store/mbox_postmark.hpp"

namespace mbx::store {

/// One message, still quoted, without its postmark and without the empty line behind it.
struct MboxEntry {
    std::uint64_t number = 0;  ///< in the file, from 1
    std::uint64_t offset = 0;  ///< of the postmark; bytes
    std::uint64_t begin = 0;   ///< of the message; bytes
    std::uint64_t end = 0;
    Postmark postmark;
    std::string head;                        ///< the header, at most kLargestHead bytes of it
    FromLines from_lines = FromLines::Keep;  ///< Keep also where no line is quoted
};

class MboxSplitter {
  public:
    /// Fills the buffer from an offset; fewer bytes at the end only.
    using ReadAt = std::function<std::size_t(std::uint64_t offset, base::MutableByteView out)>;

    MboxSplitter(ReadAt read_at, std::uint64_t size, MboxQuoting quoting);
    ~MboxSplitter();

    /// nullopt at the end. Throws Error(BadData) once when the file does not begin with a postmark;
    /// the next call goes on behind that text.
    std::optional<MboxEntry> next();

    /// Where the next entry begins, or the end of the file; bytes.
    std::uint64_t position() const noexcept { return at_; }

    /// Does a file that starts so look like an mbox? Blank lines and a byte order mark may come
    /// first.
    static bool looks_like_mbox(std::string_view start) noexcept;

  private:
    class LineCursor;
    struct Line;
    struct Body;

    void find_start();
    MboxEntry take_entry();
    std::optional<std::uint64_t> read_header(MboxEntry& entry,
                                             std::optional<std::uint64_t>& length);
    Body scan_body(const MboxEntry& entry, std::uint64_t begin, bool after_blank);
    std::optional<Body> body_by_length(std::uint64_t begin, std::uint64_t length);
    std::optional<std::uint64_t> next_postmark_at(std::uint64_t offset) const;
    bool is_postmark(const Line& line, bool after_blank) const;
    FromLines from_lines_of(const Body& body);
    bool is_unquoted_by_length();
    std::string peek_line(std::uint64_t offset) const;

    ReadAt read_at_;
    std::uint64_t size_;
    MboxQuoting quoting_;
    std::unique_ptr<LineCursor> cursor_;
    bool started_ = false;
    bool probing_ = false;        ///< a second splitter that only looks for how the file is quoted
    bool is_patch_file_ = false;  ///< git format-patch wrote it: its postmarks count
    std::optional<bool> unquoted_by_length_;
    bool met_plain_from_line_ = false;
    std::uint64_t at_ = 0;
    std::uint64_t number_ = 0;
};

}  // namespace mbx::store
