using System.ComponentModel.DataAnnotations;

namespace Collab.Web.Memory;

/// <summary>When a host gives memory back that it does not need; section <c>Collab:Memory</c>.</summary>
public sealed class MemoryOptions
{
    /// <summary>
    /// Bytes of objects up to which a host that has become quiet collects its garbage once, closes the gaps and gives the memory back to the system. Nobody is answered meanwhile: some 1 to 2 ms for each MiB that is in use and processor;
    /// larger heaps are left to the runtime. 0 leaves all. Default 256 MiB, 0 to 64 GiB.
    /// </summary>
    [Range(0L, 64L << 30)]
    public long QuietHeapLimit { get; set; } = 256 << 20;
}
