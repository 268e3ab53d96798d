internal import CHash
