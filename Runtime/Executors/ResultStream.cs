namespace Tandem.Executors;

/// <summary>Results that come in chunks, one by one. An async iterator could do the same, but costs an item as much as all else together.</summary>
/// <param name="begin">Begins to give the chunks, to an enumerator with that token.</param>
internal sealed class ResultStream<TResult>(Func<CancellationToken, IAsyncEnumerator<TResult[]>> begin) : IAsyncEnumerable<TResult>
{
    public IAsyncEnumerator<TResult> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new Enumerator(begin(cancellationToken));

    private sealed class Enumerator(IAsyncEnumerator<TResult[]> chunks) : IAsyncEnumerator<TResult>
    {
        private TResult[] _chunk = [];
        private int _index = -1;

        public TResult Current => (uint)_index < (uint)_chunk.Length ? _chunk[_index] : default!;

        public ValueTask<bool> MoveNextAsync() => ++_index < _chunk.Length ? new ValueTask<bool>(true) : NextChunkAsync();

        public ValueTask DisposeAsync() => chunks.DisposeAsync();

        private async ValueTask<bool> NextChunkAsync()
        {
            do
            {
                if (!await chunks.MoveNextAsync().ConfigureAwait(false))
                {
                    (_chunk, _index) = ([], -1);
                    return false;
                }

                (_chunk, _index) = (chunks.Current, 0);
            }
            while (_chunk.Length == 0);
            return true;
        }
    }
}
