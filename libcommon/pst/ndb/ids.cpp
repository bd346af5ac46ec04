#include "pst/ndb/ids.hpp"

#include <fmt/format.h>

namespace mbx::pst::ndb {

std::string to_string(Nid nid) {
    return fmt::format("0x{:08x}", nid.value);
}
std::string to_string(Bid bid) {
    return fmt::format("0x{:016x}", bid.value);
}
std::string to_string(Ib ib) {
    return fmt::format("0x{:x}", ib.value);
}

}  // namespace mbx::pst::ndb
