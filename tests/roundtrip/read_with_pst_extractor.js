// Prints what pst-extractor finds in a PST: "folder TAB name TAB messages" and
// "attachment TAB sha256" lines.
// usage: NODE_PATH=.../node_modules node read_with_pst_extractor.js FILE.pst

const crypto = require('crypto');
const { PSTFile } = require('pst-extractor');

function digest(attachment) {
    const hash = crypto.createHash('sha256');
    const stream = attachment.fileInputStream;
    const buffer = Buffer.alloc(8176);
    let count = 0;
    do {
        count = stream.read(buffer);
        hash.update(buffer.subarray(0, Math.max(count, 0)));
    } while (count === buffer.length);
    return hash.digest('hex');
}

function walk(folder) {
    let messages = 0;
    for (let item = folder.getNextChild(); item !== null; item = folder.getNextChild()) {
        ++messages;
        for (let i = 0; i < item.numberOfAttachments; ++i) {
            console.log(`attachment\t${digest(item.getAttachment(i))}`);
        }
    }
    console.log(`folder\t${folder.displayName}\t${messages}`);
    // A search folder has no table of folders; pst-extractor throws when it is asked for one.
    if (folder.hasSubfolders) {
        folder.getSubFolders().forEach(walk);
    }
}

walk(new PSTFile(process.argv[2]).getRootFolder());
