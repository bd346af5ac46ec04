// The recipient list: whom to move from where to where, and what has become of it. See
// mbx-list(5).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace mbx::migration {

struct Recipient {
    std::string name;         ///< display name; may be empty
    std::string alias;        ///< never empty
    std::string source;       ///< server; never empty
    std::string destination;  ///< server; never empty
};

enum class Outcome { Pending, Success, Failure };

/// How one recipient ended.
struct Result {
    Outcome outcome = Outcome::Success;
    std::string text;  ///< "Migrated No Errors"
    std::string time;  ///< as it stands in the list
};

struct ListRow {
    std::size_t line = 0;  ///< counted from 1
    Recipient recipient;
    Result result;  ///< outcome Pending: the rest is empty
};

struct Totals {
    std::size_t pending = 0;
    std::size_t succeeded = 0;
    std::size_t failed = 0;
};

class RecipientList {
  public:
    /// Throws Error: NoInput, NotAllowed, Io, or BadData with "PATH:LINE:COLUMN" as place: what
    /// parse_csv() refuses, rows of neither 4 nor 7 fields, a result that is neither SUCCESS nor
    /// FAILURE, an empty alias or server, blanks around one, an alias that an earlier row has on
    /// the same source or destination server (without regard to case).
    static RecipientList read(const std::string& path);
    /// `path` is used in errors only.
    static RecipientList parse(std::string_view text, const std::string& path);

    /// In the order of the file.
    const std::vector<ListRow>& rows() const noexcept { return rows_; }
    Totals totals() const noexcept;

    /// The row of an alias on a source server, without regard to case; nullptr when there is none.
    const ListRow* find(std::string_view alias, std::string_view source) const noexcept;

    /// Writes the result into the recipient's row. Throws Error: NoInput (no such row), BadData (it
    /// has a result already). Control characters in the text become blanks.
    void set_result(std::string_view alias, std::string_view source, const Result& result);

    /// The whole file: rows, blank lines and a byte order mark as they were but for results, every
    /// line with CRLF.
    std::string text() const;

  private:
    std::string path_;
    bool byte_order_mark_ = false;
    std::vector<std::string> lines_;  ///< without line ends
    std::vector<ListRow> rows_;
};

/// The row as it stands in a list, without a line end.
std::string format_row(const Recipient& recipient);
std::string format_row(const Recipient& recipient, const Result& result);

/// "SUCCESS", "FAILURE"; "PENDING" never stands in a list.
std::string_view word_of(Outcome outcome) noexcept;

enum class TimeFormat {
    Short,  ///< "5/10/96 10:05:00", local time
    Iso     ///< "1996-05-10T10:05:00Z"
};
std::string format_time(base::UnixTime time, TimeFormat format);

/// The alias as key of one mailbox: without regard to ASCII case.
std::string list_key(std::string_view alias, std::string_view server);

}  // namespace mbx::migration
