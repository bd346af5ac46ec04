// The checker: bytes as the data of the message store's node, in a file where all else is missing.
// It reports, and neither throws nor hangs.
#include <cstddef>
#include <cstdint>

#include "pst/check/checker.hpp"
#include "pst/check/image.hpp"
#include "pst/check/property_rules.hpp"
#include "pst/check/table_rules.hpp"
#include "pst/check/tree_rules.hpp"
#include "pst_node.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mbx;
    using namespace mbx::pst::check;
    if (size == 0) {
        return 0;
    }
    const pst::ndb::Node node = fuzz::write_node(fuzz::view_of(data, size));
    base::NoProgress progress;
    const base::StopFlag stop;
    const auto ignore = [](const Finding& finding) { static_cast<void>(message_of(finding)); };
    check_pst(fuzz::memory_file(), ignore, progress, stop);

    Reporter reporter(ignore);
    const Image image(fuzz::memory_file());
    const Index index = walk_trees(image, reporter);
    const NodeReader reader(image, index);
    if (auto object = Object::open(reader, node.data, node.sub, at_node(node.nid))) {
        static_cast<void>(PropertyContext::open(*object, reporter));
        static_cast<void>(Table::open(*object, reporter));
    }
    return 0;
}
