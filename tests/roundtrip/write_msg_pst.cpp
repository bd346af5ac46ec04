// Puts Outlook's .msg files into a PST as they are, each into a folder of its own: foreign messages
// for compare-converters. Says on stdout "folder TAB file" for each.

#include <fmt/format.h>

#include <exception>
#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "mapi/folder.hpp"
#include "pst/writer.hpp"
#include "support/msg_file.hpp"

int main(int argc, char** argv) {
    namespace base = mbx::base;
    if (argc < 3) {
        fmt::print(stderr, "usage: write_msg_pst OUT.pst FILE.msg...\n");
        return 64;
    }
    try {
        base::FixedClock clock(base::FileTime{0x01DA00112233AABB});
        base::SeededIds ids{7};
        mbx::pst::PstWriter writer(argv[1], {}, clock, ids);
        for (int i = 2; i < argc; ++i) {
            mbx::mapi::Folder folder;
            folder.display_name = fmt::format("msg{:03}", i - 1);
            fmt::print("{}\t{}\n", folder.display_name, argv[i]);
            writer.add(writer.add_folder(writer.ipm_subtree(), folder),
                       mbx::test::read_msg_file(argv[i]));
        }
        writer.close();
    } catch (const std::exception& error) {
        fmt::print(stderr, "write_msg_pst: {}\n", error.what());
        return 70;
    }
    return 0;
}
