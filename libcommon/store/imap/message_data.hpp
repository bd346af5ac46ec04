// Flags, keywords and INTERNALDATE between IMAP and mail::Message; sets of UIDs. RFC 9051 2.3, 9.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "mail/message.hpp"
#include "store/imap/response.hpp"

namespace mbx::store::imap {

/// System flags to fields, \Recent and unknown system flags dropped, the rest are keywords.
void take_flags(const Element& list, mail::Message& message);

/// What a mailbox lets us set: PERMANENTFLAGS. Empty optional: the server has not said, all may be
/// tried.
struct PermanentFlags {
    std::vector<std::string> flags;  ///< as the server spells them
    bool new_keywords = true;        ///< "\*"

    bool allows(std::string_view flag) const;
};
PermanentFlags permanent_flags(const std::vector<Element>& arguments);

/// "(\Seen $Forwarded)" with what is allowed and can be an atom; the others go to `dropped`.
std::string flag_list(const mail::Message& message, const PermanentFlags& allowed,
                      std::vector<std::string>& dropped);

/// "17-Jul-1996 02:44:25 -0700" and back (in UTC).
std::optional<base::UnixTime> parse_internal_date(std::string_view text);
std::string internal_date(base::UnixTime time);

/// "1:3,7" for ascending numbers; and the numbers of such a set, in its order. nullopt for what is
/// no set, or holds more than `limit` numbers.
std::string uid_set(const std::vector<std::uint32_t>& uids);
std::optional<std::vector<std::uint32_t>> parse_uid_set(std::string_view text, std::size_t limit);

/// UIDs of a mailbox, as ranges: most mailboxes are a few of them.
class UidRanges {
  public:
    /// Numbers with blanks between, in any order, as SEARCH gives them. What is none is left out.
    static UidRanges from_numbers(std::string_view text);
    /// "1:3,7"; nullopt for what is no set. May name more UIDs than there are messages.
    static std::optional<UidRanges> from_set(std::string_view text);

    void add(std::uint32_t uid);
    std::uint64_t count();
    bool empty() const noexcept { return ranges_.empty(); }
    /// The lowest `most` of them, ascending; they are gone from here then.
    std::vector<std::uint32_t> take(std::size_t most);

  private:
    struct Range {
        std::uint32_t first;
        std::uint32_t last;
    };
    void sort();

    std::deque<Range> ranges_;
    bool is_sorted_ = true;  // and no two of them overlap or touch
};

}  // namespace mbx::store::imap
