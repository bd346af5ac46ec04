// A list that is read can be written, and is then read as the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.hpp"
#include "migration/recipient_list.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using mbx::migration::RecipientList;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        RecipientList list = RecipientList::parse(text, "list");
        const RecipientList again = RecipientList::parse(list.text(), "list");
        if (again.text() != list.text() || again.rows().size() != list.rows().size()) {
            std::abort();
        }
        for (const mbx::migration::ListRow& row : again.rows()) {
            if (row.result.outcome == mbx::migration::Outcome::Pending) {
                list.set_result(row.recipient.alias, row.recipient.source,
                                {mbx::migration::Outcome::Failure, "a \"text\", and more", "now"});
            }
        }
        if (RecipientList::parse(list.text(), "list").totals().pending != 0) {
            std::abort();
        }
    } catch (const mbx::Error& error) {
        if (error.code() != mbx::ErrorCode::BadData) {
            std::abort();
        }
    }
    return 0;
}
